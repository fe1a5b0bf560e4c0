package dev.usher.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.ServerTls;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TlsContextTest {
    private final List<SslContext> made = new ArrayList<>();
    private final TlsContext context = new TlsContext(() -> {
        made.add(SslContexts.towardsServer(ServerTls.REQUIRED, Optional.empty()));
        return made.getLast();
    });

    @Test
    void makesItOnceAndReleasesIt() {
        SslContext first = context.get();
        assertThat(context.get()).isSameAs(first);
        assertThat(made).hasSize(1);
        assertThat(ReferenceCountUtil.refCnt(first)).isOne();
        context.close();
        assertThat(ReferenceCountUtil.refCnt(first)).isZero();
    }

    @Test
    void makesNoneThatNobodyNeeds() {
        context.close();
        assertThat(made).isEmpty();
        assertThatThrownBy(context::get).isInstanceOf(IllegalStateException.class);
    }
}
