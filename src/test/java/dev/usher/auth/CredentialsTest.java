package dev.usher.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
    private static final byte[] NONCE = "abcdefghijklmnopqrst".getBytes(UTF_8);
    private static final String[] ONE_PACKET = {NativePassword.NAME, CachingSha2Password.NAME, Ed25519Password.NAME};

    @Property(tries = 60)
    void acceptTheirOwnAnswerByEveryPluginAndNoOtherPasswords(
            @ForAll byte[] password, @ForAll byte[] wrong, @ForAll @Size(20) byte[] nonce) {
        Assume.that(!Arrays.equals(password, wrong));
        Credentials right = Credentials.ofPassword(password);
        Credentials other = Credentials.ofPassword(wrong);
        for (String plugin : ONE_PACKET) {
            assertThat(right.verify(plugin, nonce, bytes(right.answerFor(plugin, nonce)))).isEqualTo(Verdict.ACCEPTED);
            assertThat(right.verify(plugin, nonce, bytes(other.answerFor(plugin, nonce)))).isEqualTo(Verdict.MISMATCH);
        }
    }

    @Property(tries = 100)
    void anAnswerToOneNonceIsNoAnswerToAnother(@ForAll @Size(20) byte[] nonce, @ForAll @Size(20) byte[] replayed) {
        Assume.that(!Arrays.equals(nonce, replayed));
        Credentials credentials = Credentials.ofPassword("secret".getBytes(UTF_8));
        for (String plugin : ONE_PACKET) {
            assertThat(credentials.verify(plugin, nonce, bytes(credentials.answerFor(plugin, replayed)))).isEqualTo(Verdict.MISMATCH);
        }
    }

    @Property
    void arbitraryBytesAreNeverAccepted(@ForAll byte[] answer) {
        Credentials credentials = Credentials.ofPassword("secret".getBytes(UTF_8));
        for (String plugin : ONE_PACKET) {
            assertThat(credentials.verify(plugin, NONCE, answer)).isEqualTo(Verdict.MISMATCH);
        }
        assertThat(Credentials.ofSha1(new byte[20]).verify(NativePassword.NAME, NONCE, answer)).isEqualTo(Verdict.MISMATCH);
    }

    @Test
    void emptyPasswordIsAnsweredWithNothingAndNotAcceptedForAnother() {
        Credentials empty = Credentials.ofPassword(new byte[0]);
        Credentials secret = Credentials.ofPassword("secret".getBytes(UTF_8));
        for (String plugin : new String[]{NativePassword.NAME, CachingSha2Password.NAME}) {
            assertThat(bytes(empty.answerFor(plugin, NONCE))).isEmpty();
            assertThat(empty.verify(plugin, NONCE, new byte[1])).isEqualTo(Verdict.ACCEPTED);
            assertThat(secret.verify(plugin, NONCE, new byte[0])).isEqualTo(Verdict.MISMATCH);
            assertThat(secret.verify(plugin, NONCE, new byte[1])).isEqualTo(Verdict.MISMATCH);
        }
    }

    @Test
    void sha1AloneServesTheNativePluginOnly() {
        byte[] password = "secret".getBytes(UTF_8);
        Credentials learned = Credentials.ofSha1(NativePassword.sha1(password));
        byte[] answer = NativePassword.answer(password, NONCE);
        assertThat(bytes(learned.answerFor(NativePassword.NAME, NONCE))).isEqualTo(answer);
        assertThat(learned.verify(NativePassword.NAME, NONCE, answer)).isEqualTo(Verdict.ACCEPTED);
        assertThat(learned.answerFor(CachingSha2Password.NAME, NONCE)).isInstanceOf(Answer.CannotAnswer.class);
        assertThat(learned.verify(CachingSha2Password.NAME, NONCE, answer)).isEqualTo(Verdict.CANNOT_TELL);
        assertThat(learned.clearAnswer()).isInstanceOf(Answer.CannotAnswer.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {ClearPassword.NAME, Sha256Password.NAME, ParsecPassword.NAME})
    void pluginsThatTakeMoreThanOnePacketSaySo(String plugin) {
        Credentials credentials = Credentials.ofPassword("secret".getBytes(UTF_8));
        assertThat(credentials.answerFor(plugin, NONCE)).isInstanceOf(Answer.NeedsFullExchange.class);
    }

    @Test
    void unknownPluginIsLeftToTheServer() {
        Credentials credentials = Credentials.ofPassword("secret".getBytes(UTF_8));
        assertThat(credentials.answerFor("dialog", NONCE)).isInstanceOf(Answer.CannotAnswer.class);
        assertThat(credentials.verify("dialog", NONCE, "secret".getBytes(UTF_8))).isEqualTo(Verdict.CANNOT_TELL);
    }

    @Test
    void destroyedOnesAnswerAndAcceptNothing() {
        Credentials credentials = Credentials.ofPassword("secret".getBytes(UTF_8));
        byte[] answer = NativePassword.answer("secret".getBytes(UTF_8), NONCE);
        credentials.destroy();
        assertThat(credentials.answerFor(NativePassword.NAME, NONCE)).isInstanceOf(Answer.CannotAnswer.class);
        assertThat(credentials.verify(NativePassword.NAME, NONCE, answer)).isEqualTo(Verdict.CANNOT_TELL);
        assertThat(credentials.certificateProof(NativePassword.NAME, NONCE, new byte[32])).isNull();
    }

    @Test
    void nothingPrintsASecret() {
        Credentials credentials = Credentials.ofPassword("secret".getBytes(UTF_8));
        assertThat(credentials.toString()).doesNotContain("secret");
        assertThat(String.valueOf(credentials.clearAnswer())).isEqualTo("Bytes[redacted]");
    }

    private static byte[] bytes(Answer answer) {
        return ((Answer.Bytes) answer).bytes();
    }
}
