# Lesson 11 in Perl: a server that gives messages back in upper case, in pieces.
# Usage: perl server.pl [PORT]
use strict;
use warnings;
use IO::Socket::INET;

sub serve {
    my ($caller) = @_;
    while ($caller->read(my $digits, 4)) {
        return unless $digits =~ /\A[0-9]{4}\z/;
        my $message = '';
        return if $caller->read($message, $digits) < $digits;
        $message =~ tr/a-z/A-Z/;
        my $answer = sprintf '%04d%s', length $message, $message;
        $caller->syswrite(substr $answer, 0, 2);
        $caller->syswrite(substr $answer, 2);
    }
}

$| = 1;
my $listening = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $ARGV[0] // 9011,
    Listen => 8, ReuseAddr => 1) or die "listen: $@\n";
print 'listening on 127.0.0.1:', $listening->sockport, "\n";
while (my $caller = $listening->accept) {
    serve($caller);
    close $caller;
}
