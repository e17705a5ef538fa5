# Lesson 11 in Perl: sends each line behind its length, and prints the message in
# the answer.
# Usage: perl client.pl [PORT]
use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(
    PeerAddr => '127.0.0.1', PeerPort => $ARGV[0] // 9011)
    or die "connect: $@\n";
binmode STDIN;
binmode STDOUT;
while (my $line = <STDIN>) {
    chomp $line;
    $server->syswrite(sprintf '%04d%s', length $line, $line);
    $server->read(my $digits, 4) == 4 or die "no answer\n";
    my $message = '';
    $server->read($message, $digits) == $digits or die "half an answer\n"
        if $digits > 0;
    print $message, "\n";
}
