# Lesson 13 in Perl: has commands run, and prints their outputs.
# Usage: perl client.pl [PORT]
use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(
    PeerAddr => '127.0.0.1', PeerPort => $ARGV[0] // 9013)
    or die "connect: $@\n";
binmode $_ for \*STDIN, \*STDOUT, \*STDERR;
$| = 1;

# Exactly so many bytes.
sub take {
    my ($n) = @_;
    my $data = '';
    $server->read($data, $n) == $n or die "half an answer\n" if $n;
    return $data;
}

while (my $command = <STDIN>) {
    chomp $command;
    my $header = 'command-length: ' . length($command) . "\nlanguage: Perl\n";
    $server->syswrite(pack('N', length $header) . $header . $command);
    my %answer = map { split /: /, $_, 2 }
        split /\n/, take(unpack 'N', take(4));
    print STDOUT take($answer{'stdout-length'});
    print STDERR take($answer{'stderr-length'});
    print STDERR "exit status $answer{'exit-status'}\n";
}
