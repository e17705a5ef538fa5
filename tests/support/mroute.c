/*
 * mroute - make this host a router for IPv4 multicast.
 *
 * usage: mroute INTERFACE INTERFACE ...
 *
 * The kernel copies the packets and counts their TTL down; a packet whose TTL
 * is used up goes no further. What the kernel asks for is a table that says
 * where each group's packets go, and this program fills it: all that comes in
 * by one interface goes out by all the others. A router of the real world
 * sends them only where IGMP says that there are members; on a campus of six
 * hosts that would be worth less than it costs.
 *
 * Prints `routing multicast between ...` once it does, runs until a signal
 * ends it, and the table goes with it. Status 1 where the kernel has no
 * multicast routing (CONFIG_IP_MROUTE).
 *
 * It needs Linux and the right to configure its network (lan gives it).
 */
#define _GNU_SOURCE

#include <stdio.h>

/* A libc for small systems may come without the kernel's headers. */
#if defined(__linux__) && defined(__has_include)
#if __has_include(<linux/mroute.h>)
#define HAVE_MROUTE
#endif
#endif

#ifndef HAVE_MROUTE
int main(void)
{
	fputs("mroute: built without linux/mroute.h\n", stderr);
	return 1;
}
#else

#include <arpa/inet.h>
#include <errno.h>
#include <linux/mroute.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "mroute: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void add_interface(int fd, int number, const char *name)
{
	struct vifctl vif = {
		.vifc_vifi = (vifi_t)number,
		.vifc_flags = VIFF_USE_IFINDEX,
		.vifc_threshold = 1, /* the TTL must be more than this */
	};
	vif.vifc_lcl_ifindex = (int)if_nametoindex(name);
	if (vif.vifc_lcl_ifindex == 0)
		die(name);
	if (setsockopt(fd, IPPROTO_IP, MRT_ADD_VIF, &vif, sizeof vif) == -1)
		die(name);
}

/* What to do with packets from source to group that came in by parent. */
static void add_route(int fd, struct in_addr source, struct in_addr group,
		      int parent, int interfaces)
{
	struct mfcctl route = {
		.mfcc_origin = source,
		.mfcc_mcastgrp = group,
		.mfcc_parent = (vifi_t)parent,
	};
	for (int i = 0; i < interfaces; i++)
		if (i != parent)
			route.mfcc_ttls[i] = 1;
	if (setsockopt(fd, IPPROTO_IP, MRT_ADD_MFC, &route, sizeof route) == -1)
		fprintf(stderr, "mroute: %s: %s\n", inet_ntoa(group),
			strerror(errno));
}

int main(int argc, char **argv)
{
	int interfaces = argc - 1;
	if (interfaces < 2 || interfaces > MAXVIFS) {
		fputs("usage: mroute INTERFACE INTERFACE ...\n", stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);

	/* The kernel talks to its router on a raw IGMP socket. */
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_IGMP);
	if (fd == -1)
		die("socket");
	int on = 1;
	if (setsockopt(fd, IPPROTO_IP, MRT_INIT, &on, sizeof on) == -1) {
		if (errno == ENOPROTOOPT)
			fputs("mroute: this kernel has no multicast routing "
			      "(CONFIG_IP_MROUTE)\n",
			      stderr);
		else
			fprintf(stderr, "mroute: MRT_INIT: %s\n",
				strerror(errno));
		return 1;
	}
	for (int i = 0; i < interfaces; i++)
		add_interface(fd, i, argv[i + 1]);
	printf("routing multicast between");
	for (int i = 0; i < interfaces; i++)
		printf(" %s", argv[i + 1]);
	printf("\n");

	/* The first packet of each source to each group makes the kernel ask;
	 * it keeps that packet until it has been told. */
	for (;;) {
		union {
			char bytes[65536];
			struct igmpmsg ask;
		} buf;
		ssize_t got = recv(fd, &buf, sizeof buf, 0);
		if (got == -1 && errno != EINTR)
			die("recv");
		/* IGMP of the hosts comes here too; a question of the kernel
		 * has a zero where an IP packet has its protocol. */
		if (got >= (ssize_t)sizeof buf.ask && buf.ask.im_mbz == 0 &&
		    buf.ask.im_msgtype == IGMPMSG_NOCACHE)
			add_route(fd, buf.ask.im_src, buf.ask.im_dst,
				  buf.ask.im_vif, interfaces);
	}
}
#endif
