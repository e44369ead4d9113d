// Every limit and time-out that a client can drive, in the unit that the client pays. The defaults suit an MCP
// gateway: small heads, JSON bodies of at most a few megabytes, long answers.
// Thread: values.
#pragma once

#include <QtGlobal>

#include <chrono>

namespace provost::gateway {

struct HttpLimits
{
    qsizetype requestLineBytesMax = 8 << 10; // longer: 414
    qsizetype headerBytesMax =
        32 << 10;                     // all header lines of a request, trailers included; more: 431
    int headersMax = 100;             // more: 431
    qsizetype bodyBytesMax = 4 << 20; // after the transfer coding is undone; more: 413
    qsizetype chunkExtensionBytesMax = 1 << 10; // of all chunks of a body together; more: 400
    // What a client may send ahead while its last request is being answered; more: closed after that answer.
    qsizetype pipelinedBytesMax = 64 << 10;
    // What may wait for a client to take it, whole answers and events; more: closed. Who streams looks at
    // Exchange::bytesWaiting() long before.
    qint64 unsentBytesMax = 64 << 20;
};

struct HttpTimeouts
{
    std::chrono::milliseconds header{10'000}; // first byte of a request to the end of its head: 408
    std::chrono::milliseconds body{60'000};   // end of the head to the end of the body: 408
    std::chrono::milliseconds idle{75'000};   // between requests, and before the first: closed
    std::chrono::milliseconds write{30'000};  // bytes wait and the client takes none: closed
    std::chrono::milliseconds linger{2'000};  // after an error, to let the client read it: closed
};

} // namespace provost::gateway
