using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Management;

/// <summary>Whose a client certificate is. That an authority of ours made it has been seen in the handshake.</summary>
internal sealed class CertificateTable
{
    private readonly IReadOnlyList<ManagementCertificate> _known;

    /// <exception cref="ManagementException">An entry cannot be.</exception>
    public CertificateTable(IEnumerable<ManagementCertificate> known)
    {
        _known = [.. known];
        foreach (ManagementCertificate entry in _known)
        {
            if ((entry.Subject is null) == (entry.Thumbprint is null))
                throw new ManagementException("An entry of Management:Access:Certificates needs one of Subject and Thumbprint");
            if (entry.Thumbprint is { } print && !ManagementToken.IsHash(print))
                throw new ManagementException(
                    $"The Thumbprint {print} of Management:Access:Certificates is not the SHA-256 of a certificate, 64 hexadecimal digits"
                );
        }
    }

    /// <summary>Its role and the name of its user; null: it is nobody's. The first entry that fits counts, one by thumbprint before those by name.</summary>
    public (string Name, ManagementRole Role)? Find(X509Certificate2 certificate)
    {
        string name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        string print = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        foreach (ManagementCertificate entry in _known)
            if (print.Equals(entry.Thumbprint, StringComparison.OrdinalIgnoreCase))
                return (name.Length > 0 ? name : print, entry.Role);
        foreach (ManagementCertificate entry in _known)
            if (entry.Subject is { } subject && HasName(certificate, name, subject))
                return (subject, entry.Role);
        return null;
    }

    private static bool HasName(X509Certificate2 certificate, string name, string subject)
    {
        if (name.Equals(subject, StringComparison.OrdinalIgnoreCase))
            return true;
        if (certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false).Equals(subject, StringComparison.OrdinalIgnoreCase))
            return true;
        foreach (X509Extension extension in certificate.Extensions)
            if (extension is X509SubjectAlternativeNameExtension names)
                foreach (string dns in names.EnumerateDnsNames())
                    if (dns.Equals(subject, StringComparison.OrdinalIgnoreCase))
                        return true;
        return false;
    }
}
