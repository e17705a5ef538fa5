# Lesson 13 in Perl: a server that runs commands. On loopback only.
# Usage: perl server.pl [PORT]
use strict;
use warnings;
use IO::Select;
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

# A header as a reference to a hash; undef if there is none.
sub take_header {
    my ($socket) = @_;
    my $length = take($socket, 4);
    return undef unless defined $length;
    $length = unpack 'N', $length;
    return undef if $length < 1 || $length > 4096;
    my $text = take($socket, $length);
    return undef unless defined $text && $text =~ /\A(?:[a-z-]+: [^\n]*\n)+\z/;
    my %header;
    for my $line (split /\n/, $text) {
        my ($name, $value) = split /: /, $line, 2;
        return undef if exists $header{$name};
        $header{$name} = $value;
    }
    return \%header;
}

# Runs a command: its status and both outputs.
sub run {
    my ($command) = @_;
    pipe my $out, my $out_write or die "pipe: $!\n";
    pipe my $err, my $err_write or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        open STDIN,  '<',  '/dev/null';
        open STDOUT, '>&', $out_write;
        open STDERR, '>&', $err_write;
        exec '/bin/sh', '-c', $command;
    }
    close $out_write;
    close $err_write;
    my %said = ($out => '', $err => '');
    my $both = IO::Select->new($out, $err);
    while ($both->count) {
        for my $end ($both->can_read) {
            $both->remove($end)
                unless sysread $end, $said{$end}, 65536, length $said{$end};
        }
    }
    waitpid $pid, 0;
    my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    return ($status, $said{$out}, $said{$err});
}

sub serve {
    my ($caller) = @_;
    while (my $request = take_header($caller)) {
        my $length = $request->{'command-length'} // '';
        return unless $length =~ /\A[0-9]{1,10}\z/ && $length >= 1
            && $length <= 65536;
        my $command = take($caller, $length);
        return unless defined $command && $command !~ /\0/;
        my ($status, $out, $err) = run($command);
        my $header = "exit-status: $status\nlanguage: Perl\nstderr-length: "
            . length($err) . "\nstdout-length: " . length($out) . "\n";
        my $answer = pack('N', length $header) . $header . $out . $err;
        while (length $answer) {
            my $n = $caller->syswrite($answer) or return;
            substr $answer, 0, $n, '';
        }
    }
}

$| = 1;
my $listening = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $ARGV[0] // 9013,
    Listen => 8, ReuseAddr => 1) or die "listen: $@\n";
print 'listening on 127.0.0.1:', $listening->sockport, "\n";
while (my $caller = $listening->accept) {
    serve($caller);
    close $caller;
}
