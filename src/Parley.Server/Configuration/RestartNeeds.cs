namespace Parley.Server.Configuration;

/// <summary>Which settings differ between two configurations that a reload cannot bring into effect.</summary>
internal static class RestartNeeds
{
    public static IEnumerable<string> Between(ServerConfiguration old, ServerConfiguration now)
    {
        if (!old.Listeners.SequenceEqual(now.Listeners))
            yield return "Parley:Listeners";
        if (old.StateDirectory != now.StateDirectory)
            yield return "Parley:StateDirectory";
        if (old.Registrar != now.Registrar)
            yield return "Parley:Registrar";
        if (!Same(old.Dialogs, now.Dialogs))
            yield return "Parley:Dialogs";
        if (old.Limits != now.Limits)
            yield return "Parley:Limits";
        if (old.Udp != now.Udp)
            yield return "Parley:Udp";
        if (old.Timers != now.Timers)
            yield return "Parley:Timers";
        if (
            old.Tls.ClientCertificates != now.Tls.ClientCertificates
            || old.Tls.VerifyServers != now.Tls.VerifyServers
            || old.Tls.TrustedCertificates != now.Tls.TrustedCertificates
        )
            yield return "Parley:Tls";
    }

    private static bool Same(DialogConfiguration a, DialogConfiguration b) =>
        a.ProfilesWithValue.SequenceEqual(b.ProfilesWithValue)
        && a.ProfilesNoValue.SequenceEqual(b.ProfilesNoValue)
        && a == b with { ProfilesWithValue = a.ProfilesWithValue, ProfilesNoValue = a.ProfilesNoValue };
}
