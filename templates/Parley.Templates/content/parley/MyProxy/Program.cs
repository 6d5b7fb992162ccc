using MyProxy;
using Parley.Hosting;
using Parley.Sip;

ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder(args);
builder.Listen(builder.Configuration["listen"] ?? "udp:127.0.0.1:5060");
Routing.Build(builder, SipUri.Parse(builder.Configuration["callee"] ?? "sip:127.0.0.1:5070")).Run();
