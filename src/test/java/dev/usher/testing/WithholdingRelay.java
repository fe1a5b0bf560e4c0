package dev.usher.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands between Usher and a server, and can keep back all that the server answers until a certain text has gone to the server: whoever waits for an answer
 * before it sends that text waits for ever. It can also keep back such a text itself, with all that is sent behind it.
 */
public final class WithholdingRelay implements Closeable {
    private final ServerSocket listener;
    private final int serverPort;
    private final List<Socket> sockets = new ArrayList<>();
    private final Object lock = new Object();
    private String awaited = "";
    private String stopped = "";
    private boolean stops;
    private long answers;

    public WithholdingRelay(int serverPort) throws IOException {
        this.serverPort = serverPort;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** From now on no answer passes until this has been sent. */
    public void withholdUntil(String text) {
        synchronized (lock) {
            awaited = text;
        }
    }

    /** Whether answers are being kept back. */
    public boolean withholds() {
        synchronized (lock) {
            return !awaited.isEmpty();
        }
    }

    /** The first packet with this text does not get to the server before {@link #letGo}. */
    public void stop(String text) {
        synchronized (lock) {
            stopped = text;
        }
    }

    /** Whether it has come. */
    public boolean stops() {
        synchronized (lock) {
            return stops;
        }
    }

    public void letGo() {
        synchronized (lock) {
            stops = false;
            lock.notifyAll();
        }
    }

    /** How many answers, or parts of answers, have come from the server. */
    public long answers() {
        synchronized (lock) {
            return answers;
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket from = listener.accept();
                Socket to = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                for (Socket each : List.of(from, to)) {
                    each.setTcpNoDelay(true);
                    synchronized (sockets) {
                        sockets.add(each);
                    }
                }
                Thread.ofVirtual().start(() -> relay(from, to, true));
                Thread.ofVirtual().start(() -> relay(to, from, false));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void relay(Socket from, Socket to, boolean towardsServer) {
        byte[] buffer = new byte[64 << 10];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            String seen = "";
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (towardsServer) {
                    String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
                    stop(seen, text);
                    seen = seen.substring(Math.max(0, seen.length() - 100)) + text;
                    sent(seen);
                } else {
                    pass();
                }
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // One of the two has closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop(String before, String text) throws InterruptedException {
        synchronized (lock) {
            // It may have begun before, but has not been sent before as a whole.
            String around = before.substring(Math.max(0, before.length() - Math.max(0, stopped.length() - 1))) + text;
            if (!stopped.isEmpty() && around.contains(stopped)) {
                stopped = "";
                stops = true;
                while (stops) {
                    lock.wait();
                }
            }
        }
    }

    private void sent(String text) {
        synchronized (lock) {
            if (!awaited.isEmpty() && text.contains(awaited)) {
                awaited = "";
                lock.notifyAll();
            }
        }
    }

    private void pass() throws InterruptedException {
        synchronized (lock) {
            answers++;
            while (!awaited.isEmpty()) {
                lock.wait();
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (sockets) {
            for (Socket each : sockets) {
                each.close();
            }
        }
        withholdUntil("");
        letGo();
    }
}
