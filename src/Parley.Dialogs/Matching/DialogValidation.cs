namespace Parley.Dialogs;

/// <summary>What <see cref="IDialogApi.ValidateDialog"/> found.</summary>
public enum DialogValidation : byte
{
    /// <summary>The request fits its dialog.</summary>
    Valid = 0,

    /// <summary>The CSeq is not above the last one in this direction, or an ACK's is not its INVITE's (-1 in OpenSIPS).</summary>
    CSeq = 1,

    /// <summary>The remote target is not the contact of the destination leg (-2).</summary>
    RemoteTarget = 2,

    /// <summary>The Route headers are not the route set of the destination leg (-3).</summary>
    RouteSet = 3,

    /// <summary>No dialog here, or a header that cannot be read (-4).</summary>
    Other = 4,

    /// <summary>The request came from elsewhere than its leg (<see cref="DialogOptions.SequentialSource"/>). Not in OpenSIPS.</summary>
    Source = 5,
}
