using System.Text;

namespace Parley.Dialogs;

public sealed partial class DialogLeg
{
    /// <summary>
    /// The session description of this party that is in force, as it left the proxy (a multipart body whole); empty when there is none or it is
    /// not kept. Kept with <see cref="DialogOptions.KeepSessionDescriptions"/> or a re-INVITE ping.
    /// </summary>
    public string SessionDescription => Sdp is { } sdp ? Encoding.UTF8.GetString(SdpBody.BodyOf(sdp)) : "";

    /// <summary>What is in force, see <see cref="SdpBody"/>; replaced, never changed.</summary>
    internal byte[]? Sdp { get; set; }

    /// <summary>Of a callee's leg: what is being negotiated with the caller; null when nothing is kept.</summary>
    internal SdpExchange? Exchange { get; set; }
}
