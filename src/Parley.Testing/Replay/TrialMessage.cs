using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>A message that an application would have sent.</summary>
/// <param name="After">How long after the request arrived.</param>
/// <param name="Protocol">By which protocol.</param>
/// <param name="Remote">Where to.</param>
/// <param name="IsRequest">A request; false: a response.</param>
/// <param name="Bytes">The message.</param>
public readonly record struct TrialMessage(
    TimeSpan After,
    SipProtocol Protocol,
    SipEndPoint Remote,
    bool IsRequest,
    ReadOnlyMemory<byte> Bytes
)
{
    /// <summary>The message read.</summary>
    /// <exception cref="InvalidOperationException">The default value, which has none.</exception>
    public SipMessage Read() =>
        SipMessage.TryParse(Bytes.Span, out SipMessage? message) ? message : throw new InvalidOperationException("There is no message.");

    /// <summary>The message as text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);
}
