package dev.usher.doctor.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A connection whose greeting we have read, and which gives it once more to the driver.
 *
 * <p>The driver must be told before it connects whether to use TLS, and has no word for "where the server offers it". To find that out on a connection of its
 * own would count as an aborted handshake, of which the server blocks a host after {@code max_connect_errors} (1129). It also gives Unix
 * sockets to a driver that has them only with a native library, and tells a server from something else that listens there.
 */
final class GreetedSocket extends Socket {
    private static final int LONGEST_GREETING = 1024;

    private final AutoCloseable underneath;
    private final InputStream in;
    private final OutputStream out;
    private final Greeting greeting;
    private final Socket options;

    private GreetedSocket(AutoCloseable underneath, Socket options, InputStream rest, OutputStream out, byte[] packet) {
        this.underneath = underneath;
        this.options = options;
        this.in = new SequenceInputStream(new ByteArrayInputStream(packet), rest);
        this.out = out;
        this.greeting = Greeting.parse(java.util.Arrays.copyOfRange(packet, 4, packet.length));
    }

    static GreetedSocket open(Endpoint endpoint, Duration timeout) throws NoAccessException {
        try {
            return switch (endpoint) {
                case Endpoint.Tcp tcp -> tcp(tcp, Math.toIntExact(timeout.toMillis()));
                case Endpoint.UnixSocket socket -> unix(socket);
            };
        } catch (UnknownHostException e) {
            throw new NoAccessException("the host name of " + endpoint + " does not resolve");
        } catch (SocketTimeoutException e) {
            throw new NoAccessException("no answer from " + endpoint + " within " + timeout.toSeconds() + " s");
        } catch (ConnectException e) {
            throw new NoAccessException("nothing listens on " + endpoint + " (connection refused)");
        } catch (IOException e) {
            throw new NoAccessException("cannot connect to " + endpoint + ": " + e.getMessage());
        }
    }

    private static GreetedSocket tcp(Endpoint.Tcp tcp, int timeout) throws IOException, NoAccessException {
        InetSocketAddress address = new InetSocketAddress(tcp.address().host(), tcp.address().port());
        if (address.isUnresolved()) {
            throw new UnknownHostException();
        }
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, timeout);
            socket.setSoTimeout(timeout);
            byte[] packet;
            try {
                packet = firstPacket(tcp, socket.getInputStream());
            } catch (SocketTimeoutException silent) {
                throw new NoAccessException(tcp + " says nothing within " + timeout / 1000
                        + " s: not a MySQL or MariaDB server (which speaks first), or one that is frozen");
            }
            socket.setSoTimeout(0);
            return new GreetedSocket(socket, socket, socket.getInputStream(), socket.getOutputStream(), packet);
        } catch (IOException | NoAccessException e) {
            socket.close();
            throw e;
        }
    }

    private static GreetedSocket unix(Endpoint.UnixSocket endpoint) throws IOException, NoAccessException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(endpoint.path()));
            InputStream in = Channels.newInputStream(channel);
            byte[] packet = firstPacket(endpoint, in);
            return new GreetedSocket(channel, new Socket(), in, Channels.newOutputStream(channel), packet);
        } catch (IOException | NoAccessException e) {
            channel.close();
            throw e;
        }
    }

    private static byte[] firstPacket(Endpoint endpoint, InputStream in) throws IOException, NoAccessException {
        byte[] header = in.readNBytes(4);
        if (header.length == 0) {
            throw new NoAccessException(endpoint + " closes the connection without a word");
        }
        int length = header.length < 4 ? 0 : header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
        if (length == 0 || length > LONGEST_GREETING || header[3] != 0) {
            byte[] more = new byte[Math.min(in.available(), 60)];
            int read = Math.max(0, in.read(more));
            byte[] said = java.util.Arrays.copyOf(header, header.length + read);
            System.arraycopy(more, 0, said, header.length, read);
            throw foreign(endpoint, Greeting.printable(said));
        }
        byte[] packet = java.util.Arrays.copyOf(header, 4 + length);
        if (in.readNBytes(packet, 4, length) < length) {
            throw new NoAccessException(endpoint + " closes the connection in the middle of its greeting");
        }
        return packet;
    }

    static NoAccessException foreign(Endpoint endpoint, String said) {
        return new NoAccessException(endpoint + " answers, but is not a MySQL or MariaDB server: it says \"" + said.strip() + "\"");
    }

    Greeting greeting() {
        return greeting;
    }

    @Override
    public void connect(SocketAddress address, int timeout) {
        // it is
    }

    @Override
    public void connect(SocketAddress address) {
        // it is
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public InputStream getInputStream() {
        return in;
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    @Override
    public void setSoTimeout(int timeout) throws java.net.SocketException {
        options.setSoTimeout(timeout);
    }

    @Override
    public int getSoTimeout() throws java.net.SocketException {
        return options.getSoTimeout();
    }

    @Override
    public void setTcpNoDelay(boolean on) {
        // it is on, or there is no TCP
    }

    @Override
    public void setKeepAlive(boolean on) throws java.net.SocketException {
        options.setKeepAlive(on);
    }

    @Override
    public boolean isClosed() {
        return options.isClosed();
    }

    @Override
    public void close() throws IOException {
        try {
            underneath.close();
            options.close();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
