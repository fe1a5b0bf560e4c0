package dev.usher.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A TLS handshake in memory, carried to its end or its failure. */
record Handshake(@Nullable SSLSession clientSession, @Nullable Throwable clientFailure) {

    boolean succeeded() {
        return clientFailure == null;
    }

    static Handshake between(SslContext client, String host, SslContext server) {
        var serverChannel = new EmbeddedChannel(server.newHandler(ByteBufAllocator.DEFAULT));
        SslHandler clientHandler = client.newHandler(ByteBufAllocator.DEFAULT, host, 3306);
        var clientChannel = new EmbeddedChannel(clientHandler);
        try {
            for (int i = 0; i < 20; i++) {
                carry(clientChannel, serverChannel);
                carry(serverChannel, clientChannel);
            }
            // One byte from the server makes a TLS 1.3 client read the tickets in front of it.
            if (clientHandler.handshakeFuture().isSuccess()) {
                serverChannel.writeOutbound(Unpooled.buffer().writeByte(1));
                carry(serverChannel, clientChannel);
                ReferenceCountUtil.release(clientChannel.readInbound());
            }
            return new Handshake(clientHandler.engine().getSession(), clientHandler.handshakeFuture().isDone()
                    ? clientHandler.handshakeFuture().cause()
                    : new IllegalStateException("the handshake did not end"));
        } finally {
            finish(clientChannel);
            finish(serverChannel);
        }
    }

    private static void carry(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            try {
                to.writeInbound(bytes);
            } catch (Exception e) {
                continue; // the handshake's future has it
            }
        }
    }

    private static void finish(EmbeddedChannel channel) {
        try {
            channel.finishAndReleaseAll();
        } catch (Exception e) {
            channel.releaseInbound(); // a failed handshake is reported once more
            channel.releaseOutbound();
        }
    }
}
