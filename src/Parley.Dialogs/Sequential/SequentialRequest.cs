using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Parley.Dialogs;

/// <summary>A request that an application or an operator sends into a dialog.</summary>
public sealed class SequentialRequest
{
    /// <summary>The method, a token in upper case. Not ACK, CANCEL or BYE (to end a dialog there is <see cref="Dialog.Terminate"/>).</summary>
    public string Method { get; init; } = "INVITE";

    /// <summary>Which leg to ask.</summary>
    public SequentialMode Mode { get; init; }

    /// <summary>
    /// The leg to ask, of a call that has several (a fork answered more than once, or still ringing); null: by <see cref="Mode"/>, and the callee
    /// is <see cref="Dialog.Callee"/>. In a challenge it is the callee's leg of the two, elsewhere it alone decides which leg is asked.
    /// </summary>
    public DialogLeg? Leg { get; init; }

    /// <summary>Where the body comes from.</summary>
    public SequentialBody Body { get; init; }

    /// <summary>The body of <see cref="SequentialBody.Custom"/>.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>The Content-Type of <see cref="Content"/>.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>Further header lines of the first request, each ended by CRLF ("Refer-To: ...\r\n"); empty for none.</summary>
    public string HeaderLines { get; init; } = "";

    /// <summary>How long each request may wait for its final response; null: 64*T1. An INVITE is never given up earlier than that.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Reads the parameters of <c>dlg_send_sequential</c> of OpenSIPS.</summary>
    /// <param name="mode"><c>caller</c>, <c>callee</c>, <c>challenge</c>, <c>challenge-caller</c>, <c>challenge-callee</c> (a space for the hyphen will do); null: caller.</param>
    /// <param name="method">Null: INVITE.</param>
    /// <param name="body"><c>none</c>, <c>inbound</c>, <c>outbound</c>, <c>custom:CONTENT_TYPE:BODY</c>; null: none.</param>
    /// <param name="headerLines">Null: none; a missing last line end is added.</param>
    /// <param name="request">The request; null when one of them cannot be read.</param>
    /// <param name="error">What is wrong, in the words of OpenSIPS; null when nothing is.</param>
    /// <returns>False when one of them cannot be read.</returns>
    public static bool TryCreate(
        string? mode,
        string? method,
        string? body,
        string? headerLines,
        [NotNullWhen(true)] out SequentialRequest? request,
        [NotNullWhen(false)] out string? error
    )
    {
        request = null;
        SequentialMode? whom = mode?.Replace(' ', '-') switch
        {
            null or "caller" => SequentialMode.Caller,
            "callee" => SequentialMode.Callee,
            "challenge" or "challenge-caller" => SequentialMode.ChallengeCaller,
            "challenge-callee" => SequentialMode.ChallengeCallee,
            _ => null,
        };
        if (whom is null)
        {
            error = "Invalid mode";
            return false;
        }

        SequentialBody from = SequentialBody.None;
        string type = "",
            content = "";
        switch (body)
        {
            case null or "none":
                break;
            case "inbound":
                from = SequentialBody.Inbound;
                break;
            case "outbound":
                from = SequentialBody.Outbound;
                break;
            default:
                string[] parts = body.Split(':', 3);
                if (parts.Length < 3 || parts[0] != "custom" || !IsContentType(parts[1]))
                {
                    error = "Invalid body mode";
                    return false;
                }

                (from, type, content) = (SequentialBody.Custom, parts[1], parts[2]);
                break;
        }

        string lines = headerLines ?? "";
        if (lines.Length > 0 && !lines.EndsWith("\r\n", StringComparison.Ordinal))
            lines += "\r\n";
        var made = new SequentialRequest
        {
            Method = method ?? "INVITE",
            Mode = whom.Value,
            Body = from,
            ContentType = type,
            Content = Encoding.UTF8.GetBytes(content),
            HeaderLines = lines,
        };
        error = made.Fault;
        if (error is not null)
            return false;
        request = made;
        return true;
    }

    internal bool IsChallenge => Mode is SequentialMode.ChallengeCaller or SequentialMode.ChallengeCallee;

    internal bool AsksCaller =>
        Leg is { } leg && !IsChallenge ? leg.IsCaller : Mode is SequentialMode.Caller or SequentialMode.ChallengeCaller;

    /// <summary>Why it cannot be sent; null when it can.</summary>
    internal string? Fault
    {
        get
        {
            if (
                Method.Length is 0 or > 32
                || !Method.All(static c => char.IsAsciiLetterOrDigit(c) || "-.!%*_+`'~".Contains(c, StringComparison.Ordinal))
            )
                return "Invalid method";
            if (Method is "ACK" or "CANCEL" or "BYE")
                return $"{Method} is not a sequential request; to end a dialog, terminate it";
            if (IsChallenge && Method is not ("INVITE" or "UPDATE"))
                return "A challenge is an INVITE or an UPDATE";
            if (IsChallenge && Leg is { IsCaller: true })
                return "The leg of a challenge is a callee's";
            if (Body == SequentialBody.Custom && !IsContentType(ContentType))
                return "A body needs its Content-Type";
            if (HeaderLines.Length > 0 && !AreHeaderLines(HeaderLines))
                return "Invalid header lines";
            return Timeout is { } timeout && timeout <= TimeSpan.Zero ? "A timeout is above zero" : null;
        }
    }

    private static bool IsContentType(string text) =>
        text.Contains('/', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyInRange('\0', '\x1f');

    private static bool AreHeaderLines(string lines)
    {
        try
        {
            Parley.Dialogs.HeaderLines.Check(Encoding.UTF8.GetBytes(lines), nameof(lines));
        }
        catch (ArgumentException)
        {
            return false;
        }

        // Content-Type goes with the body, not by itself.
        return !lines.Split("\r\n").Any(static line => line.StartsWith("Content-Type", StringComparison.OrdinalIgnoreCase));
    }
}
