package dev.usher.doctor.access;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** Gives the driver, which makes this class by its name, the socket that {@link ServerAccess} has opened for it. */
public final class GreetedSocketFactory extends SocketFactory {
    /** For the time of one {@code getConnection}, on the thread that calls it. */
    static final ScopedValue<GreetedSocket> SOCKET = ScopedValue.newInstance();

    @Override
    public Socket createSocket() throws IOException {
        GreetedSocket socket = SOCKET.get();
        if (socket.isClosed()) {
            throw new IOException("the driver tries to connect twice");
        }
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket();
    }
}
