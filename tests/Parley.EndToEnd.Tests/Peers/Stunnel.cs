namespace Parley.EndToEnd.Tests.Peers;

/// <summary>TLS for SIPp, which Debian builds without: a tunnel in front of it, one way or the other.</summary>
internal sealed class Stunnel : PeerProcess
{
    private Stunnel(string file)
        : base("stunnel", [file], Path.GetDirectoryName(file)) { }

    /// <summary>Accepts plain TCP on one port and goes on by TLS, or (server) the other way round.</summary>
    public static async Task<Stunnel> StartAsync(bool client, int accept, int connect, Certificate certificate)
    {
        Installed.Require("stunnel", "stunnel4");
        var folder = TestFolder.ForTest("stunnel");
        var file = Path.Combine(folder, "stunnel.conf");
        await File.WriteAllTextAsync(
            file,
            $"""
            foreground = yes
            pid =
            debug = 5
            [tunnel]
            client = {(client ? "yes" : "no")}
            accept = 127.0.0.1:{accept}
            connect = 127.0.0.1:{connect}
            cert = {certificate.CertificateFile}
            key = {certificate.KeyFile}
            TIMEOUTclose = 0
            """
        );
        var tunnel = new Stunnel(file);
        await tunnel.WaitForLineAsync("Configuration successful");
        return tunnel;
    }
}
