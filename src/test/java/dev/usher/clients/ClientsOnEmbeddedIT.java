package dev.usher.clients;

import dev.usher.testing.ServerKind;

class ClientsOnEmbeddedIT extends ClientMatrix {
    ClientsOnEmbeddedIT() {
        super(ServerKind.EMBEDDED);
    }
}
