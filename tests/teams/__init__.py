"""The Teams channel, against a stand-in of Entra, the Bot Connector and SharePoint."""
