# Lesson 12 in Perl: has lines `u TEXT` and `l TEXT` changed, and prints them.
# Usage: perl client.pl [PORT]
use strict;
use warnings;
use IO::Socket::INET;

my %kind = ('u ' => 1, 'l ' => 2);
my $server = IO::Socket::INET->new(
    PeerAddr => '127.0.0.1', PeerPort => $ARGV[0] // 9012)
    or die "connect: $@\n";
binmode STDIN;
binmode STDOUT;
while (my $line = <STDIN>) {
    chomp $line;
    my $text = substr $line, 2;
    my $kind = $kind{substr $line, 0, 2};
    $server->syswrite(pack('C N', $kind, length $text) . $text);
    $server->read(my $header, 5) == 5 or die "no answer\n";
    my ($got, $length) = unpack 'C N', $header;
    die "an answer of kind $got\n" unless $got == $kind;
    my $body = '';
    $server->read($body, $length) == $length or die "half an answer\n" if $length;
    print $body, "\n";
}
