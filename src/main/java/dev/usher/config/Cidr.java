package dev.usher.config;

import java.net.InetAddress;
import java.util.List;

/**
 * A range of IP addresses, as {@code 10.0.0.0/8}, {@code fd00::/8} or a single address.
 *
 * @param bits how many leading bits of {@code network} count
 */
public record Cidr(InetAddress network, int bits) {
    public Cidr {
        if (bits < 0 || bits > network.getAddress().length * 8) {
            throw new IllegalArgumentException("the number after the slash is 0 to " + network.getAddress().length * 8);
        }
    }

    /** @throws IllegalArgumentException with what is allowed; names are never looked up */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        try {
            InetAddress network = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int all = network.getAddress().length * 8;
            return new Cidr(network, slash < 0 ? all : Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the number after the slash is missing", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be an IP address or a range such as 10.0.0.0/8", e);
        }
    }

    /** Java gives an IPv4 address that arrived on an IPv6 socket as IPv4, so it is compared as what it is. */
    public boolean contains(InetAddress address) {
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit += 8) {
            int mask = bits - bit >= 8 ? 0xff : 0xff << (8 - (bits - bit)) & 0xff;
            if (((mine[bit / 8] ^ other[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** True for an empty list: no restriction. */
    public static boolean allows(List<Cidr> ranges, InetAddress address) {
        return ranges.isEmpty() || ranges.stream().anyMatch(range -> range.contains(address));
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + bits;
    }
}
