package dev.usher.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.plugin.authentication.standard.CachingSha2PasswordPlugin;

class FullExchangeTest {
    private static final byte[] NONCE = "abcdefghijklmnopqrst".getBytes(UTF_8);
    private static final RsaKeyPair OURS = new RsaKeyPair(ForkJoinPool.commonPool());

    @Property(tries = 30)
    void passwordComesThroughTheRsaKey(@ForAll @Size(max = 213) byte[] password) {
        for (int i = 0; i < password.length; i++) {
            password[i] |= 1; // no NUL, which can not be part of a password in this protocol
        }
        byte[] answer = CachingSha2Password.encryptedAnswer(password, NONCE, RsaKeyPair.parsePem(OURS.publicKeyPem().join()));
        assertThat(CachingSha2Password.passwordFromEncrypted(answer, NONCE, OURS)).isEqualTo(password);
    }

    @Test
    void driverOfMariaDbReadsOurKeyAndWeReadItsAnswer() throws Exception {
        byte[] answer =
                CachingSha2PasswordPlugin.encrypt(CachingSha2PasswordPlugin.generatePublicKey(OURS.publicKeyPem().join()), "pässword",
                        NONCE);
        assertThat(CachingSha2Password.passwordFromEncrypted(answer, NONCE, OURS)).isEqualTo("pässword".getBytes(UTF_8));
    }

    @Test
    void whatWasNotEncryptedForUsIsRefused() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair other = generator.generateKeyPair();
        byte[] answer = CachingSha2Password.encryptedAnswer("secret".getBytes(UTF_8), NONCE, other.getPublic());
        assertThat(CachingSha2Password.passwordFromEncrypted(answer, NONCE, OURS)).isNull();
        assertThat(CachingSha2Password.passwordFromEncrypted(new byte[256], NONCE, OURS)).isNull();
        assertThat(CachingSha2Password.passwordFromEncrypted(new byte[0], NONCE, OURS)).isNull();
    }

    @Test
    void clearPasswordEndsWithExactlyOneNul() {
        assertThat(ClearPassword.password(ClearPassword.answer("secret".getBytes(UTF_8)))).isEqualTo("secret".getBytes(UTF_8));
        assertThat(CachingSha2Password.passwordFromClear(new byte[1])).isEmpty();
        assertThat(CachingSha2Password.passwordFromClear("secret".getBytes(UTF_8))).isNull();
        assertThat(CachingSha2Password.passwordFromClear("two\0parts\0".getBytes(UTF_8))).isNull();
        assertThat(CachingSha2Password.passwordFromClear(new byte[0])).isNull();
    }

    @Test
    void passwordTooLongForTheKeySaysSo() {
        assertThatThrownBy(() -> CachingSha2Password.encryptedAnswer(new byte[214], NONCE, RsaKeyPair.parsePem(OURS.publicKeyPem().join())))
                .hasMessageContaining("too long");
    }

    @Test
    void whatIsNotAKeyIsRefused() {
        assertThatThrownBy(() -> RsaKeyPair.parsePem("nonsense".getBytes(UTF_8))).hasMessageContaining("PEM");
        assertThatThrownBy(() -> RsaKeyPair.parsePem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----".getBytes(UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RsaKeyPair.parsePem("-----BEGIN PUBLIC KEY-----".getBytes(UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keyIsMadeInTheBackgroundWhenAClientAsks() {
        List<Runnable> inBackground = new ArrayList<>();
        RsaKeyPair key = new RsaKeyPair(inBackground::add);
        assertThat(key.decrypt(new byte[256])).isNull();
        assertThat(inBackground).isEmpty();
        var first = key.publicKeyPem();
        var second = key.publicKeyPem();
        assertThat(first).isNotDone();
        assertThat(inBackground).hasSize(1);
        inBackground.getFirst().run();
        assertThat(first.join()).isEqualTo(second.join());
    }
}
