using Parley.Management;

namespace Parley.Server.Configuration;

/// <summary>What belongs together in the section Management:Access.</summary>
internal static class AccessRules
{
    private const string Section = "Management:Access";

    public static void Check(ManagementOptions management, SectionReader reader)
    {
        var access = management.Access;
        var (hasCertificate, hasAuthorities) = (access.Tls.CertificatePath is not null, access.Tls.TrustedCertificatesPath is not null);
        if (!hasCertificate && access.Tls.PrivateKeyPath is not null)
            reader.Refuse(Section + ":Key", "has no effect without a Certificate");
        if (access.Certificates.Count > 0 && !hasAuthorities)
            reader.Refuse(Section + ":Certificates", "need Authorities: who makes client certificates");
        if (access.Certificates.Count == 0 && hasAuthorities)
            reader.Refuse(Section + ":Authorities", "has no effect without Certificates: whose they are");
        foreach (var text in management.Listen)
        {
            if (management.ListenFaultOf(text) is { } fault)
                reader.Refuse("Management:Listen", $"\"{text}\" {fault}");
        }
    }

    /// <summary>The files of certificates, tokens and keys too.</summary>
    public static void CheckFiles(ManagementAccessOptions access, SectionReader reader)
    {
        if (TlsFiles.Fault(access.Tls) is { } fault)
            reader.Refuse($"{Section}:{(fault.Setting == "TrustedCertificates" ? "Authorities" : fault.Setting)}", fault.Reason);
        else if (access.Fault is { } mistake)
            reader.Refuse(Section, mistake);
    }
}
