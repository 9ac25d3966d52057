/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire: two interfaces that are each other's ends, one of them in a network namespace of its own, for packets that
 * leave and arrive. The attach side makes it, subjects send along it.
 */
#ifndef COREMATRIX_AGENT_DEEDS_WIRE_H
#define COREMATRIX_AGENT_DEEDS_WIRE_H

#define WIRE_NEAR_NAME "cm-near"
#define WIRE_FAR_NAME "cm-far"
/* IPv4, in a network of their own */
#define WIRE_NEAR_ADDRESS "10.77.0.1"
#define WIRE_FAR_ADDRESS "10.77.0.2"
#define WIRE_NETWORK_MASK "255.255.255.0"
/* How large packets may be on it, in bytes: as usual, and where a program takes such as are in several pieces. */
#define WIRE_WIDE 9000
/* What a datagram carries there; it does not fit into a page of memory. */
#define WIRE_DATAGRAM_WIDE 8000
/* A local address with a route of its own, to which packets are sent where a program is at it. */
#define ROUTE_ADDRESS "10.88.0.1"
/* IPv6, of the ends where a segment is asked for, and the segment at the far one. */
#define SEGMENT_NEAR_ADDRESS "fd77::1"
#define SEGMENT_FAR_ADDRESS "fd77::2"
#define SEGMENT_ADDRESS "fd77:1::1"
/* Where the far end's namespace is to be found. */
#define WIRE_FAR_NETNS "/tmp/cm-wire-netns"

#endif
