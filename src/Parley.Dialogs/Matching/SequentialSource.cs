namespace Parley.Dialogs;

/// <summary>From where a request within a dialog is taken, besides having its Call-ID and tags.</summary>
public enum SequentialSource : byte
{
    /// <summary>From anywhere: phones change their address in a call, and carriers send from other hosts than they receive on. The default.</summary>
    Anywhere = 0,

    /// <summary>From the IP address of the leg: the one its messages came from or went to last.</summary>
    SameAddress = 1,

    /// <summary>From the leg's listener, address and port, and for streams its connection.</summary>
    SameFlow = 2,
}
