package io.gantry.common.acs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An elastic network interface of a task or a machine.
 *
 * @param interfaceAssociationProtocol default, tunnel, veth or vlan
 */
public record AcsNetworkInterface(
        @Nullable String name,
        @Nullable String macAddress,
        @Nullable String attachmentArn,
        @Nullable String ec2Id,
        @Nullable Integer index,
        @Nullable String interfaceAssociationProtocol,
        @Nullable TunnelProperties interfaceTunnelProperties,
        @Nullable VethProperties interfaceVethProperties,
        @Nullable VlanProperties interfaceVlanProperties,
        List<Ipv4Address> ipv4Addresses,
        List<Ipv6Address> ipv6Addresses,
        List<String> domainName,
        List<String> domainNameServers,
        @Nullable String privateDnsName,
        @Nullable String subnetGatewayIpv4Address,
        @Nullable String subnetGatewayIpv6Address) {

    public AcsNetworkInterface {
        ipv4Addresses = List.copyOf(ipv4Addresses);
        ipv6Addresses = List.copyOf(ipv6Addresses);
        domainName = List.copyOf(domainName);
        domainNameServers = List.copyOf(domainNameServers);
    }

    /** One address of the interface. */
    public record Ipv4Address(@Nullable String privateAddress, @Nullable Boolean primary) {}

    /** One address of the interface. */
    public record Ipv6Address(@Nullable String address, @Nullable Boolean primary) {}

    /** For the protocol tunnel. */
    public record TunnelProperties(
            @Nullable String tunnelId, @Nullable String interfaceIpAddress) {}

    /** For the protocol veth. */
    public record VethProperties(@Nullable String peerInterface) {}

    /** For the protocol vlan. */
    public record VlanProperties(
            @Nullable String vlanId, @Nullable String trunkInterfaceMacAddress) {}
}
