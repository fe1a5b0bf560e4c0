package dev.usher.reference;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Something that is no server: it sends these bytes to whoever connects, and closes. */
final class FakeGreeting implements AutoCloseable {
    private final ServerSocket listener;

    private FakeGreeting(ServerSocket listener) {
        this.listener = listener;
    }

    static FakeGreeting listen(byte[] bytes) throws IOException {
        ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try (Socket client = listener.accept()) {
                    client.getOutputStream().write(bytes);
                    client.shutdownOutput();
                    client.getInputStream().readAllBytes(); // closing with bytes unread would be a reset instead
                } catch (IOException closed) {
                    return;
                }
            }
        });
        return new FakeGreeting(listener);
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
