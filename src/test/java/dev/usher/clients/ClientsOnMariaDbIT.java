package dev.usher.clients;

import dev.usher.testing.ServerKind;

class ClientsOnMariaDbIT extends ClientMatrix {
    ClientsOnMariaDbIT() {
        super(ServerKind.MARIADB_SYSTEM);
    }
}
