package dev.usher.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DirectSendTest {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private ServerSocket listener;
    private Channel channel;
    private Socket peer;

    @BeforeEach
    void connect() throws Exception {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        channel = new Bootstrap()
                .group(group)
                .channel(EpollSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        DirectSend.addTo(opened);
                        opened.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                ctx.close();
                            }
                        });
                    }
                })
                .connect(listener.getLocalSocketAddress())
                .sync()
                .channel();
        peer = listener.accept();
    }

    @AfterEach
    void end() throws Exception {
        peer.close();
        listener.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    @Test
    void whatIsWrittenArrivesInOrderHoweverSlowlyItIsRead() throws Exception {
        Random random = new Random(7);
        Random writes = new Random(8);
        byte[] sent = new byte[8_000_000];
        random.nextBytes(sent);
        List<ByteBuf> pieces = new ArrayList<>();
        Thread writer = Thread.ofVirtual().start(() -> {
            int at = 0;
            while (at < sent.length) {
                int length = Math.min(sent.length - at, 1 + writes.nextInt(writes.nextInt(10) == 0 ? 300_000 : 300));
                int from = at;
                boolean flush = writes.nextInt(3) > 0;
                onLoop(() -> {
                    pieces.add(write(sent, from, length));
                    return flush ? channel.flush() : null;
                });
                at += length;
            }
            onLoop(() -> channel.flush());
        });
        byte[] received = new byte[sent.length];
        InputStream in = peer.getInputStream();
        int at = 0;
        while (at < received.length) {
            int read = in.read(received, at, Math.min(received.length - at, 100_000));
            assertThat(read).isPositive();
            at += read;
            if (random.nextInt(20) == 0) {
                Thread.sleep(2);
            }
        }
        writer.join();
        assertThat(Arrays.equals(received, sent)).isTrue();
        onLoop(() -> {
            assertThat(pieces).allMatch(piece -> piece.refCnt() == 0);
            return null;
        });
    }

    @Test
    void aPieceIsHeldBesideTheQueueUntilTheFlush() throws Exception {
        onLoop(() -> {
            write("statement".getBytes(UTF_8), 0, 9);
            assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes()).isZero();
            channel.flush();
            return null;
        });
        assertThat(peer.getInputStream().readNBytes(9)).isEqualTo("statement".getBytes(UTF_8));
    }

    @Test
    void whatStandsInFrontOfItSeesEverything() throws Exception {
        onLoop(() -> {
            channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
                @Override
                public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                    ByteBuf bytes = (ByteBuf) message;
                    for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
                        bytes.setByte(i, bytes.getByte(i) ^ 1);
                    }
                    ctx.write(bytes, promise);
                }
            });
            write(new byte[]{2, 4}, 0, 2);
            return channel.flush();
        });
        assertThat(peer.getInputStream().readNBytes(2)).containsExactly(3, 5);
    }

    @Test
    void aConnectionThatEndsKeepsNothing() throws Exception {
        ByteBuf closed = onLoop(() -> {
            ByteBuf bytes = write(new byte[3], 0, 3);
            channel.close();
            channel.flush();
            return bytes;
        });
        assertThat(closed.refCnt()).isZero();
        assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void aPeerThatIsGoneEndsTheConnection() throws Exception {
        peer.setSoLinger(true, 0);
        ByteBuf lost = onLoop(() -> {
            ByteBuf bytes = write(new byte[3], 0, 3);
            peer.close();
            channel.flush();
            return bytes;
        });
        assertThat(channel.closeFuture().await(10_000)).isTrue();
        assertThat(onLoop(lost::refCnt)).isZero();
    }

    private ByteBuf write(byte[] bytes, int from, int length) {
        ByteBuf piece = channel.alloc().directBuffer(length).writeBytes(bytes, from, length);
        channel.write(piece, channel.voidPromise());
        return piece;
    }

    private <T> T onLoop(Callable<T> work) {
        return channel.eventLoop().submit(work).syncUninterruptibly().getNow();
    }
}
