package dev.usher.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports on 127.0.0.1 that nobody uses at this moment. */
final class FreePorts {
    private FreePorts() {}

    /** As many different ones as asked for. */
    static List<Integer> find(int count) {
        List<ServerSocket> sockets = new ArrayList<>(); // all open at once, or the system might give the same port twice
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getByName(EmbeddedServerBuilder.HOST)));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } catch (IOException failure) {
            throw new EmbeddedServerException("There is no free port on " + EmbeddedServerBuilder.HOST + ": " + failure, failure);
        } finally {
            sockets.forEach(FreePorts::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new EmbeddedServerException("Could not close " + socket + ": " + failure, failure);
        }
    }
}
