namespace Parley.Dialogs;

/// <summary>How a request within a dialog finds its dialog. Call-ID and both tags are verified in every mode.</summary>
public enum DialogMatchMode : byte
{
    /// <summary>By the <c>did</c> parameter of an own Route alone.</summary>
    DidOnly = 0,

    /// <summary>By <c>did</c>; when there is none or it names another call, by Call-ID and tags. The default.</summary>
    DidFallback = 1,

    /// <summary>By Call-ID and tags alone.</summary>
    DidNone = 2,
}
