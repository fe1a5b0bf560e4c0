package dev.usher.testing;

import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.util.function.Consumer;

/** A blocking socket that packets are read from and written to, or any other bytes. */
public final class FakeWire implements AutoCloseable {
    /** Far above what anything here takes: it turns a hang into a failure. */
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private int lastSequence = -1;

    FakeWire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
    }

    /**
     * The next payload.
     *
     * @throws EOFException if the peer has closed
     */
    public ByteBuf read() throws IOException {
        var payload = new ByteArrayOutputStream();
        int length;
        do {
            byte[] header = new byte[Packets.HEADER];
            in.readFully(header);
            length = header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
            lastSequence = header[3] & 0xFF;
            byte[] frame = new byte[length];
            in.readFully(frame);
            payload.writeBytes(frame);
        } while (length == Packets.MAX_FRAME);
        return Unpooled.wrappedBuffer(payload.toByteArray());
    }

    /** The sequence id of the packet read last. */
    public int lastSequence() {
        return lastSequence;
    }

    public void send(int sequence, Consumer<ByteBuf> body) throws IOException {
        sendRaw(ByteBufUtil.getBytes(Packets.write(Unpooled.buffer(), sequence, body)));
    }

    /** The next packet of an exchange. */
    public void answer(Consumer<ByteBuf> body) throws IOException {
        send(lastSequence + 1, body);
    }

    public void sendRaw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** So many bytes as they come. */
    public byte[] readRaw(int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** Returns when the peer has closed; what it still says is dropped. */
    public void awaitClose() throws IOException {
        try {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the peer neither says anything nor closes", e);
        } catch (java.net.SocketException reset) {
            // Closed with bytes unread: as good.
        }
    }

    /** No more bytes from here; the peer's are still read. */
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
