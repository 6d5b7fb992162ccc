using System.Text;

namespace Parley.Management;

/// <summary>A message of a recorded call as it arrived or left, above TLS, blanked.</summary>
public sealed record RecordedMessage : RecordedEntry
{
    /// <summary>It arrived; false: it left.</summary>
    public required bool IsInbound { get; init; }

    /// <summary><c>udp</c>, <c>tcp</c>, <c>tls</c>, <c>ws</c> or <c>wss</c>.</summary>
    public required string Transport { get; init; }

    /// <summary>This element's address and port; of a wildcard listener the address really used.</summary>
    public required string Local { get; init; }

    /// <summary>The other party's address and port.</summary>
    public required string Remote { get; init; }

    /// <summary>The sender in a ladder: <see cref="Remote"/>, or <c>parley</c>.</summary>
    public string From => IsInbound ? Remote : RecordedCall.Own;

    /// <summary>The receiver in a ladder: <see cref="Remote"/>, or <c>parley</c>; of a message that is foreign <see cref="Local"/>.</summary>
    public string To =>
        !IsInbound ? Remote
        : IsForeign ? Local
        : RecordedCall.Own;

    /// <summary>It did not cross this element: another one captured it and sent it by HEP. Then it went from <see cref="Remote"/> to <see cref="Local"/>.</summary>
    public bool IsForeign { get; init; }

    /// <summary>The bytes; the head alone where <see cref="IsCut"/>. Secrets are overwritten with asterisks, so that lengths stay.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The bytes as text.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The end is missing: only headers are recorded, or it was longer than the recorder takes.</summary>
    public bool IsCut { get; init; }

    /// <summary>The method of a request; of a response that of its CSeq. Empty when it cannot be read.</summary>
    public required string Method { get; init; }

    /// <summary>The status of a response; null of a request.</summary>
    public int? Status { get; init; }

    /// <summary>The CSeq as it stands, <c>1 INVITE</c>; empty without one.</summary>
    public string CSeq { get; init; } = "";

    /// <summary>The branch of the topmost Via; empty without one.</summary>
    public string Branch { get; init; } = "";

    /// <summary>The same message went the same way before.</summary>
    public bool IsRetransmission { get; init; }
}
