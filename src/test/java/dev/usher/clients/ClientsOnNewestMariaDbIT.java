package dev.usher.clients;

import dev.usher.testing.ServerKind;

class ClientsOnNewestMariaDbIT extends ClientMatrix {
    ClientsOnNewestMariaDbIT() {
        super(ServerKind.MARIADB_SID);
    }
}
