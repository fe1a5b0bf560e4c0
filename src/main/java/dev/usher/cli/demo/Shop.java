package dev.usher.cli.demo;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** The application of the demonstration: its table, its account and its one request. */
final class Shop {
    static final String USER = "shop";
    static final String PASSWORD = "demo";
    static final String SCHEMA = "shop";
    private static final int PRODUCTS = 1000;

    /** A lookup by primary key, and 10 ms in which the connection is used as it would be by a page with several queries. */
    private static final String QUERY = "select name, price, sleep(0.01) from product where id = ";

    private Shop() {}

    /** Creates table and account. */
    static void open(Connection root) throws SQLException {
        try (Statement statement = root.createStatement()) {
            statement.execute("create database " + SCHEMA);
            statement.execute("create table shop.product (id int primary key, name varchar(40) not null, price decimal(8,2) not null)");
            statement.execute("insert into shop.product select seq, concat('product ', seq), seq / 4 from (" + numbers() + ") numbers");
            statement.execute("create user shop identified via mysql_native_password using password('" + PASSWORD + "')");
            statement.execute("grant select on shop.* to shop");
        }
    }

    private static String numbers() {
        return "with recursive n(seq) as (select 1 union all select seq + 1 from n where seq < " + PRODUCTS + ") select seq from n";
    }

    /** One request as a program without a pool of its own makes it: connect, log in, look up, disconnect. */
    static void request(int port, int number) throws SQLException {
        try (Connection connection = connect(port);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY + (number % PRODUCTS + 1))) {
            if (!rows.next()) {
                throw new SQLException("the product is not there", "02000");
            }
        }
    }

    private static Connection connect(int port) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port + "/" + SCHEMA, login(USER, PASSWORD));
    }

    /** For the demonstration's own looks at the server. */
    static Connection connectAsRoot(int port) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port + "/", login("root", ""));
    }

    private static Properties login(String user, String password) {
        Properties login = new Properties();
        login.setProperty("user", user);
        login.setProperty("password", password);
        login.setProperty("sslMode", "disable"); // the embedded server has no certificate
        login.setProperty("connectTimeout", "30000");
        login.setProperty("socketTimeout", "60000");
        return login;
    }
}
