# The client of lesson 14 in Perl, for a test: it does what its lines say.
#
# usage: perl client.pl PORT      lines: put FILE, get NAME, list
use strict;
use warnings;
use IO::Socket::INET;

my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $ARGV[0])
    or die "connect: $@\n";
my $status = 0;
binmode $_ for $socket, *STDIN, *STDOUT;

sub slurp {
    open my $file, '<', shift or die "$!\n";
    binmode $file;
    local $/;
    return scalar <$file> // '';
}

# The number that cksum(1) finds.
sub cksum {
    my $path = "./.cksum-$$";
    open my $file, '>', $path or die "$!\n";
    binmode $file;
    print {$file} shift;
    close $file;
    my ($number) = split ' ', `cksum <$path`;
    unlink $path;
    return $number;
}

sub take {
    my $want = shift;
    my $data = '';
    while (length $data < $want) {
        read($socket, $data, $want - length $data, length $data)
            or die "the server left\n";
    }
    return $data;
}

sub receive {
    my $text = take(unpack 'N', take(4));
    die "no header: $text\n" unless $text =~ /\A(?:[a-z-]+: [^\n]*\n)+\z/;
    return { $text =~ /^([a-z-]+): ([^\n]*)\n/mg };
}

sub ask {
    my $text = join '', map { "$_\n" } @_;
    print {$socket} pack('N', length $text), $text;
    $socket->flush;
}

sub receive_body {
    my $body = take(shift->{size});
    die "a wrong checksum\n" if receive()->{cksum} != cksum($body);
    return $body;
}

while (defined(my $line = <STDIN>)) {
    chomp $line;
    my ($command, $path) = split / /, $line, 2;
    my $answer;
    if ($command eq 'put') {
        my $body = slurp($path);
        my ($name) = $path =~ m{([^/]*)\z};
        ask("name: $name", 'command: put', 'size: ' . length $body);
        $answer = receive();
        if ($answer->{status} eq 'ok') {
            print {$socket} $body;
            ask('cksum: ' . cksum($body));
            $answer = receive();
        }
    } elsif ($command eq 'get') {
        ask('command: get', "name: $path");
        $answer = receive();
        if ($answer->{status} eq 'ok') {
            my $body = receive_body($answer);
            die "$path is here\n" if -e $path;
            open my $file, '>', $path or die "$!\n";
            binmode $file;
            print {$file} $body;
            close $file or die "$!\n";
        }
    } else {
        ask('command: list');
        $answer = receive();
        print receive_body($answer) if $answer->{status} eq 'ok';
    }
    next if $answer->{status} eq 'ok';
    warn "$line: $answer->{status}\n";
    $status = 1;
}
exit $status;
