package dev.usher.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A context that is made when the first connection needs it: the five hundred classes that this takes are 6 MB that a pooler whose clients and server use no TLS
 * does without.
 */
public final class TlsContext implements AutoCloseable {
    private final Supplier<SslContext> maker;
    private @Nullable SslContext made;
    private boolean closed;

    public TlsContext(Supplier<SslContext> maker) {
        this.maker = maker;
    }

    /** The context, the same one every time. */
    public synchronized SslContext get() {
        SslContext context = made;
        if (context == null) {
            if (closed) {
                throw new IllegalStateException("the TLS context is closed");
            }
            made = context = maker.get();
        }
        return context;
    }

    @Override
    public synchronized void close() {
        closed = true;
        SslContext context = made;
        made = null;
        ReferenceCountUtil.release(context);
    }
}
