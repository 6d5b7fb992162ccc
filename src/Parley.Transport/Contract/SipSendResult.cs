namespace Parley.Transport;

/// <summary>What is known at once of a message given to <see cref="ISipTransport.Send"/>.</summary>
public enum SipSendResult : byte
{
    /// <summary>Sent, or queued to leave with the batch or when the connection is up; a later failure is reported to <see cref="ISipReceiver.OnSendFailed"/>.</summary>
    Queued,

    /// <summary>Known at once to be impossible (connection gone, limit reached, too large); nothing is reported later.</summary>
    Failed,
}
