package dev.usher.doctor.collect;

import dev.usher.config.Secret;
import dev.usher.doctor.access.ServerUrl;
import dev.usher.doctor.facts.ProxySql;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Reads a ProxySQL's admin interface, which speaks enough of the protocol for a driver that asks it nothing else. */
public final class ProxySqlReader {
    private static final int ADMIN_PORT = 6032;

    private ProxySqlReader() {}

    /**
     * @param url {@code USER:PASSWORD@HOST:PORT}
     * @throws IllegalArgumentException if it is none
     * @throws SQLException if there is no answer
     */
    public static ProxySql read(String url) throws SQLException {
        ServerUrl parsed = ServerUrl.parse(url);
        int port = parsed.hasPort() ? parsed.address().port() : ADMIN_PORT;
        Properties login = new Properties();
        login.setProperty("user", parsed.user().orElse("admin"));
        login.setProperty("password", parsed.password().map(Secret::reveal).orElse(""));
        login.setProperty("sslMode", "disable");
        login.setProperty("connectTimeout", "5000");
        login.setProperty("socketTimeout", "10000");
        try (Connection connection = DriverManager.getConnection("jdbc:mariadb://" + parsed.address().host() + ":" + port + "/", login)) {
            return read(connection);
        }
    }

    private static ProxySql read(Connection connection) throws SQLException {
        List<ProxySql.Backend> servers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT p.hostgroup, p.srv_host || ':' || p.srv_port, s.max_connections, p.ConnUsed, p.ConnFree, p.ConnERR"
                                + " FROM stats_mysql_connection_pool p JOIN runtime_mysql_servers s ON s.hostgroup_id = p.hostgroup AND s.hostname = p.srv_host"
                                + " AND s.port = p.srv_port")) {
            while (row.next()) {
                servers.add(new ProxySql.Backend(row.getInt(1), row.getString(2), row.getLong(3), row.getLong(4), row.getLong(5),
                        row.getLong(6)));
            }
        }
        List<ProxySql.User> users = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT u.username, u.max_connections, s.frontend_connections, u.transaction_persistent"
                                + " FROM runtime_mysql_users u JOIN stats_mysql_users s ON s.username = u.username WHERE u.frontend = 1")) {
            while (row.next()) {
                users.add(new ProxySql.User(row.getString(1), row.getLong(2), row.getLong(3), row.getInt(4) == 1));
            }
        }
        return new ProxySql(global(connection, "Client_Connections_connected"), List.copyOf(servers), List.copyOf(users),
                global(connection, "Questions"),
                global(connection, "Server_Connections_created"), global(connection, "Client_Connections_hostgroup_locked"));
    }

    private static long global(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT Variable_Value FROM stats_mysql_global WHERE Variable_Name = '" + name + "'")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }
}
