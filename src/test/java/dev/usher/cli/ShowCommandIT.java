package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.admin.AdminPassword;
import dev.usher.admin.AdminServer;
import dev.usher.admin.FixedPooler;
import dev.usher.config.AdminConfig;
import dev.usher.config.HostAndPort;
import dev.usher.config.TlsConfig;
import dev.usher.tls.ServerCertificate;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code usher show} against a listener that generated its password. */
class ShowCommandIT {
    private static final AdminConfig CONFIG =
            new AdminConfig(Optional.of(new HostAndPort("127.0.0.1", 0)), "admin", Optional.empty());

    @TempDir
    Path state;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = AdminServer.start(CONFIG, AdminPassword.of(CONFIG, state),
                ServerCertificate.from(new TlsConfig(Optional.empty(), Optional.empty(), state)), new FixedPooler(), "1.2");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void givesProgramsEveryShowStatement() {
        for (ShowCommand.What what : ShowCommand.What.values()) {
            JsonNode rows = json(what.name());

            assertThat(rows.isArray()).isTrue();
            assertThat(rows.size()).as("rows of %s", what).isPositive();
        }
        JsonNode pool = json("pools").get(0);
        assertThat(pool.get("account").asString()).isEqualTo("app@10.%");
        assertThat(pool.get("clients_waiting").isNumber()).isTrue();
        assertThat(pool.get("clients_waiting").asInt()).isEqualTo(2);
        assertThat(json("clients").get(0).get("pin").isNull()).isTrue();
    }

    @Test
    void givesPeopleATable() {
        assertThat(run("pools")).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString().lines()).hasSize(3).first().asString().startsWith("account   clients_active  clients_waiting");
    }

    @Test
    void aWrongPasswordEndsWith3AndTheServersError() throws IOException {
        Path wrong = Files.writeString(state.resolve("wrong"), "wrong\n");

        assertThat(run("pools", "--admin-password-file", wrong.toString())).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("Access denied for user 'admin'@'127.0.0.1'").doesNotContain("\tat ");
    }

    private JsonNode json(String what) {
        out.getBuffer().setLength(0);
        assertThat(run(what, "--json")).as(err.toString()).isEqualTo(ExitStatus.DONE);
        return JsonMapper.builder().build().readTree(out.toString());
    }

    private int run(String what, String... options) {
        String[] args = {"show", what, "--admin", "127.0.0.1:" + server.address().getPort(), "--state-directory", state.toString()};
        String[] all = Arrays.copyOf(args, args.length + options.length);
        System.arraycopy(options, 0, all, args.length, options.length);
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(all);
    }
}
