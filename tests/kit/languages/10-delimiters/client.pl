# Lesson 10 in Perl: sends each line as a frame, and prints the message in the
# answer.
# Usage: perl client.pl [PORT]
use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(
    PeerAddr => '127.0.0.1', PeerPort => $ARGV[0] // 9010)
    or die "connect: $@\n";
binmode STDIN;
binmode STDOUT;
while (my $line = <STDIN>) {
    chomp $line;
    $server->syswrite("{2H:$line:}");
    local $/ = '{2H:';
    my $skipped = <$server>;
    local $/ = ':}';
    my $message = <$server> // die "no answer\n";
    $message =~ s/:\}\z// or die "half an answer\n";
    print "$message\n";
}
