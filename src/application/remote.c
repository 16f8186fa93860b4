/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RDP's first exchange (TPKT of RFC 1006, X.224, MS-RDPBCGR section 2.2.1), SMB (MS-CIFS, MS-SMB2; framed as in RFC 1002)
 * and VNC (RFC 6143).
 */
#include "signature.h"

/* A request holds a cookie or asks for a kind of security, an answer grants or refuses one; X.224 without either is also
 * spoken by telephones and controllers. */
bool ps_application_rdp(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t length = ps_be16(&p->in, 2);
    uint8_t type = ps_u8(&p->in, 5);
    if (length != p->length || length < 11 || ps_u8(&p->in, 4) != length - 5)
        return false;
    uint32_t words = ps_be32(&p->in, 11);
    bool asks =
        type == 0xe0 && (words == 0x01000800 || words >> 8 == 0x010008 || ps_application_says(p, 11, "Cookie: mst"));
    bool answers = type == 0xd0 && ((words & 0xff00ffff) == 0x02000800 || words == 0x03000800);
    if (!asks && !answers)
        return false;
    *ret_way = asks ? PS_WAY_REQUEST : PS_WAY_ANSWER;
    return true;
}

/* The frame's length covers the payload; a large message goes on in the next packet. */
bool ps_application_smb(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t length = ps_be32(&p->in, 0) & 0xffffff, magic = ps_be32(&p->in, 4);
    if (length < 32 || length + 4 < p->length / 2)
        return false;
    switch (magic) {
    case 0xff534d42: /* SMB1: the reply bit of the flags */
        if (ps_bytes_reach(&p->in, 13, 1))
            *ret_way = ps_u8(&p->in, 13) & 0x80 ? PS_WAY_ANSWER : PS_WAY_REQUEST;
        return true;
    case 0xfe534d42: /* SMB2 and 3: header of 64 bytes; the lowest bit of its flags */
        if (ps_bytes_reach(&p->in, 8, 2) && ps_le16(&p->in, 8) != 64)
            return false;
        if (ps_bytes_reach(&p->in, 20, 4))
            *ret_way = ps_le32(&p->in, 20) & 1 ? PS_WAY_ANSWER : PS_WAY_REQUEST;
        return true;
    default: /* encrypted, compressed */
        return magic == 0xfd534d42 || magic == 0xfc534d42;
    }
}

/* "RFB 003.008\n", said by both. */
bool ps_application_vnc(const struct ps_payload *p, enum ps_way *ret_way)
{
    (void)ret_way;
    uint32_t number;
    return ps_application_number(p, 4, 4, &number) == 3 && ps_u8(&p->in, 7) == '.' &&
           ps_application_number(p, 8, 4, &number) == 3 && ps_u8(&p->in, 11) == '\n';
}
