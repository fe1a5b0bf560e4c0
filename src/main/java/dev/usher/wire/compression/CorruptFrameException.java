package dev.usher.wire.compression;

import io.netty.handler.codec.DecoderException;

/** The peer sent a compressed frame that no peer may send. The connection can not go on: where the next frame begins is not known. */
public final class CorruptFrameException extends DecoderException {
    CorruptFrameException(String message) {
        super(message);
    }

    CorruptFrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
