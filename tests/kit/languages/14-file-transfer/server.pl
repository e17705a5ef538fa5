# The server of lesson 14 in Perl, written from its README.
#
# usage: perl server.pl [PORT [HOST [DIR]]]
use strict;
use warnings;
use Fcntl qw(:mode O_RDONLY O_NOFOLLOW O_NONBLOCK O_WRONLY O_CREAT O_EXCL);
use IO::Socket::INET;

my ($port, $host, $dir) = (@ARGV, (9014, '127.0.0.1', '.')[@ARGV .. 2]);
my $beside = ".perl-$$";
my ($in, $sum, $length);

my @table = map {
    my $crc = $_ << 24;
    for (1 .. 8) {
        $crc = ($crc << 1 & 0xffffffff)
            ^ ($crc & 0x80000000 ? 0x04c11db7 : 0);
    }
    $crc;
} 0 .. 255;

sub add_bytes {
    for (unpack 'C*', shift) {
        $sum = ($sum << 8 & 0xffffffff) ^ $table[$sum >> 24 ^ $_];
    }
}

sub cksum_end {
    for (; $length > 0; $length >>= 8) {
        add_bytes(chr($length & 255));
    }
    return $sum ^ 0xffffffff;
}

# Exactly so many bytes, or the conversation is broken.
sub take {
    my $want = shift;
    my $data = '';
    while (length $data < $want) {
        read($in, $data, $want - length $data, length $data)
            or die "the stream ended\n";
    }
    return $data;
}

sub receive_header {
    return if eof $in;
    my $len = unpack 'N', take(4);
    die "no header\n" if $len < 1 || $len > 4096;
    my $text = take($len);
    die "no header\n" unless $text =~ /\A(?:[a-z-]+: [^\n]*\n)+\z/;
    my %header;
    push @{ $header{$1} }, $2 while $text =~ /^([a-z-]+): ([^\n]*)\n/mg;
    return \%header;
}

sub one {
    my ($header, $name, $form) = @_;
    my $values = $header && $header->{$name} || [];
    die "no $name\n" unless @$values == 1 && $values->[0] =~ /\A$form\z/s;
    return $values->[0];
}

sub send_header {
    my $text = '';
    while (my ($name, $value) = splice @_, 0, 2) {
        $text .= "$name: $value\n";
    }
    print {$in} pack('N', length $text), $text;
    $in->flush;
}

# Copies so many bytes. Returns why writing failed, or nothing.
sub copy {
    my ($from, $to, $size) = @_;
    my $why;
    ($sum, $length) = (0, $size);
    while ($size > 0) {
        my $n = read($from, my $piece, $size < 65536 ? $size : 65536);
        die "the stream ended\n" unless $n;
        add_bytes($piece);
        $why ||= "$!" unless print {$to} $piece;
        $size -= $n;
    }
    return $why;
}

sub put {
    my ($name, $size) = @_;
    return send_header(status => 'exists') if -l $name || -e _;
    sysopen(my $file, $beside, O_WRONLY | O_CREAT | O_EXCL)
        or return send_header(status => "$!");
    binmode $file;
    send_header(status => 'ok');
    my $why = eval { copy($in, $file, $size) };
    my $broken = $@;
    $why ||= "$!" unless close $file;
    my $theirs = $broken
        || eval { one(receive_header(), 'cksum', qr/\d{1,10}/) };
    $broken ||= $@;
    $why ||= 'the checksum is wrong'
        if !$broken && $theirs != cksum_end();
    $why ||= "$!" unless $broken || $why || link $beside, $name;
    unlink $beside;
    die $broken if $broken;
    send_header(status => $why || 'ok');
}

sub get {
    my $name = shift;
    sysopen(my $file, $name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        or return send_header(status => "$!");
    binmode $file;
    my ($mode, $size) = (stat $file)[2, 7];
    return send_header(status => 'no plain file') unless S_ISREG($mode);
    send_header(status => 'ok', size => $size);
    copy($file, $in, $size);
    send_header(cksum => cksum_end());
}

sub is_good {
    return $_[0] =~ m{\A[^./\x00-\x1f\x7f][^/\x00-\x1f\x7f]{0,254}\z};
}

sub list {
    opendir my $here, '.' or return send_header(status => "$!");
    my $body = join '', map { (lstat $_)[7] . " $_\n" }
        grep { is_good($_) && S_ISREG((lstat $_)[2]) } sort readdir $here;
    send_header(size => length $body, status => 'ok');
    ($sum, $length) = (0, length $body);
    add_bytes($body);
    print {$in} $body;
    send_header(cksum => cksum_end());
}

sub serve {
    while (my $request = receive_header()) {
        my $command = one($request, 'command', qr/put|get|list/);
        if ($command eq 'list') { list(); next }
        my $name = one($request, 'name', qr/.*/);
        my $size = $command eq 'put' && one($request, 'size', qr/\d{1,19}/);
        if    (!is_good($name))   { send_header(status => 'no good name') }
        elsif ($command eq 'put') { put($name, $size) }
        else                      { get($name) }
    }
}

chdir $dir or die "$dir: $!\n";
$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(
    LocalAddr => $host, LocalPort => $port, Listen => 8, ReuseAddr => 1,
) or die "listen: $@\n";
$| = 1;
printf "listening on %s:%d\n", $server->sockhost, $server->sockport;
while ($in = $server->accept) {
    binmode $in;
    eval { serve(); 1 } or warn "dropped: $@";
    close $in;
}
