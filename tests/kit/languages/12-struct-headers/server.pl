# Lesson 12 in Perl: a server that answers in upper or lower case.
# Usage: perl server.pl [PORT]
use strict;
use warnings;
use IO::Socket::INET;

# Exactly so many bytes; undef if the stream ends before.
sub take {
    my ($socket, $n) = @_;
    my $data = '';
    while (length $data < $n) {
        my $got = sysread $socket, $data, $n - length $data, length $data;
        return undef unless $got;
    }
    return $data;
}

sub serve {
    my ($caller) = @_;
    while (defined(my $header = take($caller, 5))) {
        my ($kind, $length) = unpack 'C N', $header;
        return if $kind < 1 || $kind > 2 || $length > 1048576;
        my $body = take($caller, $length);
        return unless defined $body;
        if ($kind == 1) { $body =~ tr/a-z/A-Z/ }
        else            { $body =~ tr/A-Z/a-z/ }
        $caller->syswrite(pack('C N', $kind, length $body) . $body);
    }
}

$| = 1;
my $listening = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $ARGV[0] // 9012,
    Listen => 8, ReuseAddr => 1) or die "listen: $@\n";
print 'listening on 127.0.0.1:', $listening->sockport, "\n";
while (my $caller = $listening->accept) {
    serve($caller);
    close $caller;
}
