using System.Text;

namespace Parley.Dialogs;

/// <summary>What came of a sequential request: the final response, or why there was none.</summary>
public sealed class SequentialReply
{
    internal SequentialReply(
        int statusCode,
        string reason,
        bool isLocal,
        DialogLeg? leg,
        string contentType = "",
        ReadOnlyMemory<byte> body = default
    )
    {
        Leg = leg;
        StatusCode = statusCode;
        Reason = reason;
        IsLocal = isLocal;
        ContentType = contentType;
        Body = body;
    }

    /// <summary>The status; of the second request where a challenge got that far. Local: 408 (no answer), 430 (the connection is gone), 481 (the dialog
    /// is over or has no such leg), 491 (an INVITE of the dialog is under way), 503 (could not be sent).</summary>
    public int StatusCode { get; }

    /// <summary>The leg that answered, or was to answer; of a challenge the second one where it got that far. Null: there is no such leg.</summary>
    public DialogLeg? Leg { get; }

    /// <summary>The reason phrase.</summary>
    public string Reason { get; }

    /// <summary>True when no final response came and the status is the proxy's own.</summary>
    public bool IsLocal { get; }

    /// <summary>200 to 299.</summary>
    public bool IsSuccess => StatusCode is >= 200 and < 300;

    /// <summary>The Content-Type of <see cref="Body"/>; empty for none.</summary>
    public string ContentType { get; }

    /// <summary>The body of the response; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        Body.IsEmpty ? $"{StatusCode} {Reason}" : $"{StatusCode} {Reason}\n{Encoding.UTF8.GetString(Body.Span)}";
}
