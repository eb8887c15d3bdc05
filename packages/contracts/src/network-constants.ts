/** What guests may send in one packet: 1500 bytes of Ethernet less the 50 that VXLAN over IPv4 adds (RFC 7348). */
export const GUEST_MTU = 1450;
