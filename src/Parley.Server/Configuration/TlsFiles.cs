using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Parley.Transport;

namespace Parley.Server.Configuration;

/// <summary>Whether the files that the TLS settings name can be used.</summary>
internal static class TlsFiles
{
    /// <summary>Null when they can; else the setting and, in one line, why not.</summary>
    public static (string Setting, string Reason)? Fault(SipTlsOptions tls)
    {
        try
        {
            return Missing(tls) ?? Unusable(tls);
        }
        catch (Exception e) when (IsOfFile(e))
        {
            return ("Certificate", "cannot be used: " + e.Message.ReplaceLineEndings(" "));
        }
    }

    private static bool IsOfFile(Exception e) =>
        e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private static (string, string)? Missing(SipTlsOptions tls)
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
        return null;
    }

    private static (string, string)? Unusable(SipTlsOptions tls)
    {
        try
        {
            tls.CheckFiles();
            return null;
        }
        catch (Exception e) when (IsOfFile(e))
        {
            if (e.Data["Setting"] is string setting)
                return (setting, "cannot be used: " + e.Message.ReplaceLineEndings(" "));
            return tls.CertificatePath is { } path && !IsPkcs12(path) && OfPem(tls, path) is { } fault
                ? fault
                : ("Certificate", "cannot be used: " + e.Message.ReplaceLineEndings(" "));
        }
    }

    private static bool IsPkcs12(string path) => Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12";

    /// <summary>What the library says in one sentence for all of it: no certificate, no key, a key with a password, or another certificate's key.</summary>
    private static (string, string)? OfPem(SipTlsOptions tls, string path)
    {
        var (setting, keyPath) = tls.PrivateKeyPath is { } own ? ("Key", own) : ("Certificate", path);
        var key = File.ReadAllText(keyPath);
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(path));
        }
        catch (CryptographicException)
        {
            return ("Certificate", $"{path} holds no certificate in PEM");
        }
        if (
            !key.Contains(" PRIVATE KEY-----", StringComparison.Ordinal)
            && !key.Contains("-BEGIN PRIVATE KEY-----", StringComparison.Ordinal)
        )
            return (setting, $"{keyPath} holds no private key in PEM" + (setting == "Certificate" ? "; name the key's file in Key" : ""));
        var isEncrypted = key.Contains("ENCRYPTED", StringComparison.Ordinal);
        if (isEncrypted && tls.Password is null)
            return (setting, $"the key in {keyPath} is encrypted; give its Password");
        if (!CanRead(key, isEncrypted ? tls.Password : null))
            return (setting, $"the key in {keyPath} cannot be read{(isEncrypted ? " with this Password" : "")}");
        return (setting, $"the key in {keyPath} is not that of the certificate in {path}");
    }

    private static bool CanRead(string pem, string? password)
    {
        AsymmetricAlgorithm[] kinds = [RSA.Create(), ECDsa.Create()];
        try
        {
            return kinds.Any(k => CanRead(k, pem, password));
        }
        finally
        {
            foreach (var kind in kinds)
                kind.Dispose();
        }
    }

    private static bool CanRead(AsymmetricAlgorithm kind, string pem, string? password)
    {
        try
        {
            if (password is null)
                kind.ImportFromPem(pem);
            else
                kind.ImportFromEncryptedPem(pem, password);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
