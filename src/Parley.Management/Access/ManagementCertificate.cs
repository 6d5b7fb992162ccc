namespace Parley.Management;

/// <summary>A client certificate, or several: whose it is. One of <see cref="Subject"/> and <see cref="Thumbprint"/> is given.</summary>
public sealed class ManagementCertificate
{
    /// <summary>The common name of the subject, or a DNS name or e-mail address of its alternative names, in whatever case.</summary>
    public string? Subject { get; set; }

    /// <summary>The SHA-256 of the certificate, 64 hexadecimal digits.</summary>
    public string? Thumbprint { get; set; }

    /// <summary>What it is good for.</summary>
    public ManagementRole Role { get; set; }
}
