using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Parley.Transport;

/// <summary>The log entries of this floor; event ids 2000 to 2099.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Listening on {Listener}, advertised as {SentBy}")]
    public static partial void Listening(ILogger log, SipListener listener, string sentBy);

    [LoggerMessage(
        2001,
        LogLevel.Information,
        "UDP buffers on {Local}: receive {Receive} bytes granted of {ReceiveAsked} asked, send {Send} of {SendAsked} (Linux counts its own overhead in and doubles)"
    )]
    public static partial void UdpBuffers(ILogger log, SipEndPoint local, int receive, int receiveAsked, int send, int sendAsked);

    [LoggerMessage(
        2002,
        LogLevel.Error,
        "The receiver failed on a message from {Listener}; the loop goes on ({LeftOut} more like it before)"
    )]
    public static partial void ReceiverFault(ILogger log, SipListener listener, long leftOut, Exception error);

    [LoggerMessage(2003, LogLevel.Error, "Receiving on {Listener} failed ({LeftOut} more like it before)")]
    public static partial void ReceiveFailed(ILogger log, SipListener listener, long leftOut);

    [LoggerMessage(2010, LogLevel.Warning, "Accepting on {Listener} failed: {Error} ({LeftOut} more like it before)")]
    public static partial void AcceptFailed(ILogger log, SipListener listener, SocketError error, long leftOut);

    [LoggerMessage(
        2011,
        LogLevel.Warning,
        "Connection on {Listener} with {Remote} did not come up: {Reason} {Error} ({LeftOut} more like it before)"
    )]
    public static partial void ConnectionFailed(
        ILogger log,
        SipListener listener,
        SipEndPoint remote,
        CloseReason reason,
        string error,
        long leftOut
    );

    [LoggerMessage(2012, LogLevel.Warning, "Connection on {Listener} with {Remote} dropped: {Reason} ({LeftOut} more like it before)")]
    public static partial void ConnectionDropped(ILogger log, SipListener listener, SipEndPoint remote, CloseReason reason, long leftOut);

    [LoggerMessage(2013, LogLevel.Debug, "Connection on {Listener} with {Remote} closed: {Reason}")]
    public static partial void ConnectionClosed(ILogger log, SipListener listener, SipEndPoint remote, CloseReason reason);

    [LoggerMessage(2014, LogLevel.Error, "Connection on {Listener} with {Remote} failed unexpectedly ({LeftOut} more like it before)")]
    public static partial void ConnectionFault(ILogger log, SipListener listener, SipEndPoint remote, long leftOut, Exception error);

    [LoggerMessage(2020, LogLevel.Information, "Certificate {Path} loaded: {Subject}, valid until {NotAfter}")]
    public static partial void CertificateLoaded(ILogger log, string path, string subject, DateTime notAfter);

    [LoggerMessage(2021, LogLevel.Error, "Certificate {Path} cannot be used, the one before stays: {Error}")]
    public static partial void CertificateFailed(ILogger log, string path, string error);
}
