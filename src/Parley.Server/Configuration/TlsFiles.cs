using System.Security.Cryptography;
using Parley.Server.Hosting;

namespace Parley.Server.Configuration;

/// <summary>Whether the files that the TLS settings name can be used.</summary>
internal static class TlsFiles
{
    /// <summary>Null when they can; else the setting and, in one line, why not.</summary>
    public static (string Setting, string Reason)? Fault(TlsConfiguration tls)
    {
        try
        {
            ApplicationSetup.Tls(tls).CheckFiles();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            var setting = e.Data["Setting"] as string ?? "Certificate";
            return (setting, "cannot be used: " + e.Message.ReplaceLineEndings(" "));
        }
    }
}
