# Lesson 10 in Perl: a server that gives frames back in upper case, in pieces,
# with bytes between them that a reader has to skip.
# Usage: perl server.pl [PORT]
use strict;
use warnings;
use IO::Socket::INET;

sub serve {
    my ($caller) = @_;
    my $inbox = '';
    while (sysread $caller, $inbox, 65536, length $inbox) {
        while ($inbox =~ s/\A.*?\{2H:(.*?):\}//s) {
            my $message = $1;
            return if length $message > 4096;
            $message =~ tr/a-z/A-Z/;
            my $answer = "{2{ {2H:$message:}";
            my $half = int(length($answer) / 2);
            $caller->syswrite(substr $answer, 0, $half);
            $caller->syswrite(substr $answer, $half);
        }
        $inbox = substr $inbox, -3 if $inbox !~ /\{2H:/ && length $inbox > 3;
        return if length $inbox > 70000;
    }
}

$| = 1;
my $listening = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $ARGV[0] // 9010,
    Listen => 8, ReuseAddr => 1) or die "listen: $@\n";
print 'listening on 127.0.0.1:', $listening->sockport, "\n";
while (my $caller = $listening->accept) {
    serve($caller);
    close $caller;
}
