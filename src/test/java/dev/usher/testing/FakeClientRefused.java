package dev.usher.testing;

import dev.usher.wire.ErrPacket;
import java.io.IOException;

/** An ERR where a {@link FakeClient} needed something else. */
public final class FakeClientRefused extends IOException {
    private static final long serialVersionUID = 1;
    private final int code;

    FakeClientRefused(ErrPacket error) {
        super(error.toString());
        code = error.code();
    }

    public int code() {
        return code;
    }
}
