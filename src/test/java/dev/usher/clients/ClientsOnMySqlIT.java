package dev.usher.clients;

import dev.usher.testing.ServerKind;

class ClientsOnMySqlIT extends ClientMatrix {
    ClientsOnMySqlIT() {
        super(ServerKind.MYSQL);
    }
}
