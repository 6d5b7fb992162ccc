using System.Security.Cryptography;
using Parley.Transport;

namespace Parley.Server.Configuration;

/// <summary>Whether the files that the TLS settings name can be used.</summary>
internal static class TlsFiles
{
    /// <summary>Null when they can; else the setting and, in one line, why not.</summary>
    public static (string Setting, string Reason)? Fault(SipTlsOptions tls)
    {
        foreach (
            var (setting, path) in new[]
            {
                ("Certificate", tls.CertificatePath),
                ("Key", tls.PrivateKeyPath),
                ("TrustedCertificates", tls.TrustedCertificatesPath),
            }
        )
        {
            if (path is not null && !File.Exists(path))
                return (setting, $"there is no file {path}");
        }
        try
        {
            tls.CheckFiles();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            var setting = e.Data["Setting"] as string ?? "Certificate";
            return (setting, "cannot be used: " + e.Message.ReplaceLineEndings(" "));
        }
    }
}
